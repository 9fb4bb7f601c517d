import Wire

/// Which end of a list comes first.
package enum SortOrder: String, WireEnum { case asc, desc }

import Wire

extension OutboundRequest {
  /// The request that follows a redirect (RFC 9110, 15.4), or nil where the reply is to be returned as it is: it is no
  /// redirect, it names no location, or it leaves the origin.
  func redirected(status: Int, location: String?, from url: WebURL) throws(OutboundError)
    -> (request: OutboundRequest, url: WebURL)?
  {
    guard [301, 302, 303, 307, 308].contains(status), let location else { return nil }
    let target: WebURL
    do throws(OutboundError) {
      target = try WebURL(location, relativeTo: url)
    } catch {
      throw OutboundError(
        .protocolError, "\(url.origin): the location of a redirect is not usable: \(error.message)",
        responseStarted: true)
    }
    guard target.origin == url.origin else { return nil }
    var next = self
    next.url = target.text
    let becomesGet = status == 303 ? method != "HEAD" : status < 303 && method == "POST"
    if becomesGet {
      next.method = "GET"
      next.body = nil
      next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    }
    return (next, target)
  }
}

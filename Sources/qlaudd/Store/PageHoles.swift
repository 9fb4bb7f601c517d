/// Where a page of an SQLite file holds bytes that belong to nothing: a pure reading of https://sqlite.org/fileformat2.html.
///
/// `secure_delete` overwrites what is deleted, but where SQLite moves rows between pages the old copies stay in the unused
/// middle of a page, and outlive the rows.
enum PageHoles {
  /// Bytes of the file's header, which stands before the first page's own.
  private static let fileHeader = 100

  /// The unused ranges of a page, of at least four bytes each. Empty for pages that hold no tree: those are overwritten
  /// whole when they become free.
  static func ranges(in page: UnsafeRawBufferPointer, isFirst: Bool) -> [Range<Int>] {
    let start = isFirst ? fileHeader : 0
    func number(at offset: Int) -> Int { Int(page[offset]) << 8 | Int(page[offset + 1]) }
    guard page.count >= start + 12 else { return [] }
    // A page of another kind begins with a page number, whose first byte is less than 2 below 128 GiB.
    let header: Int
    switch page[start] {
    case 2, 5: header = 12
    case 10, 13: header = 8
    default: return []
    }
    let pointersEnd = start + header + 2 * number(at: start + 3)
    let written = number(at: start + 5)
    let content = written == 0 ? 65_536 : written
    guard pointersEnd <= content, content <= page.count else { return [] }
    var holes = [pointersEnd..<content]
    var block = number(at: start + 1)
    while block >= content, block + 4 <= page.count {
      let (next, size) = (number(at: block), number(at: block + 2))
      guard size >= 4, block + size <= page.count else { break }
      // Its first four bytes link it to the next one.
      holes.append(block + 4..<block + size)
      guard next > block else { break }
      block = next
    }
    return holes.filter { !$0.isEmpty }
  }
}

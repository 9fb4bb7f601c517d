import CVector
import Wire

/// The vectors of a static model's tokens: a safetensors file with one half-precision matrix, mapped and never copied.
///
/// The format (huggingface.co/docs/safetensors): eight bytes with the header's length, little-endian; the header, a JSON
/// object that gives each tensor's type, shape and place; the tensors' bytes.
struct TokenTable: ~Copyable, Sendable {
  private let file: MappedFile
  private let start: Int
  private let dimension: Int
  /// Rows of the matrix.
  let count: Int

  /// Maps the file and checks that it holds a matrix with so many columns.
  init(_ path: String, dimension: Int) throws(EmbedderError) {
    let file = try MappedFile(path)
    let (start, rows) = try file.withBytes { bytes throws(EmbedderError) in
      try Self.layout(bytes, path: path, dimension: dimension)
    }
    self.file = file
    self.start = start
    self.dimension = dimension
    count = rows
  }

  /// Where the matrix starts and how many rows it has.
  private static func layout(
    _ bytes: UnsafeRawBufferPointer, path: String, dimension: Int
  ) throws(EmbedderError) -> (start: Int, rows: Int) {
    guard bytes.count > 8 else { throw .malformed(path: path, what: "it is too short") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length < 1 << 20, Int(length) + 8 < bytes.count else {
      throw .malformed(path: path, what: "its header is too long")
    }
    let header: JSON
    do throws(JSONError) {
      header = try JSON(parsing: [UInt8](bytes[8..<(8 + Int(length))]))
    } catch {
      throw .malformed(path: path, what: "its header is no JSON (\(error))")
    }
    guard let tensor = header["embedding.weight"], tensor["dtype"]?.string == "F16",
      let shape = tensor["shape"]?.array?.compactMap(\.int), shape.count == 2,
      shape[0] > 0, shape[0] < 1 << 24, shape[1] == Int64(dimension),
      let span = tensor["data_offsets"]?.array?.compactMap(\.int), span.count == 2,
      span[0] >= 0, span[1] - span[0] == shape[0] * shape[1] * 2
    else {
      throw .malformed(
        path: path, what: "it has no F16 matrix embedding.weight of \(dimension) columns")
    }
    let start = 8 + Int(length) + Int(span[0])
    guard start % 2 == 0, start + Int(span[1] - span[0]) <= bytes.count else {
      throw .malformed(path: path, what: "its matrix ends after the file")
    }
    return (start, Int(shape[0]))
  }

  /// Adds a token's vector to a sum; numbers past the table are its last row, as the reference has it.
  func add(_ token: Int32, weight: Float, to sum: inout [Float], kernel: Int32) {
    let row = min(max(Int(token), 0), count - 1)
    file.withBytes { bytes in
      sum.withUnsafeMutableBufferPointer { sum in
        guard let base = bytes.baseAddress, sum.count == dimension else { return }
        let halves = (base + start + row * dimension * 2).assumingMemoryBound(to: UInt16.self)
        cvector_add_halves(kernel, sum.baseAddress, halves, weight, dimension)
      }
    }
  }
}

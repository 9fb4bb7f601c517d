import Foundation
import Testing

@Suite struct ModuleMapTests {
  // Never changed; Regex is only not declared Sendable.
  nonisolated(unsafe) static let importLine =
    #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/#

  @Test(arguments: HouseMap.rooms)
  func `a room imports only what the map allows`(room: Room) throws {
    for file in try SourceFile.below(room.folder) {
      for (number, line) in file.code.enumerated() {
        guard let module = line.firstMatch(of: Self.importLine)?.1 else { continue }
        #expect(
          room.imports.contains(String(module)), "\(file.path):\(number + 1) imports \(module)")
      }
    }
  }

  @Test func `every folder of sources is on the map`() throws {
    let known = Set(HouseMap.rooms.map(\.folder))
    let files = FileManager.default
    for parent in ["Sources", "Sources/qlaudd"] where SourceFile.exists(parent) {
      let found = try files.contentsOfDirectory(
        atPath: SourceFile.root.appending(path: parent).path())
      for name in found where !name.hasPrefix(".") && "\(parent)/\(name)" != "Sources/qlaudd" {
        #expect(known.contains("\(parent)/\(name)"), "\(parent)/\(name) is not on the map")
      }
    }
    #expect(
      SourceFile.exists("Sources/qlaudd/Wire"), "the sources are not where they are looked for")
  }

  @Test func `a module outside belongs to its owners alone`() {
    for (module, owners) in HouseMap.owners {
      let users = HouseMap.rooms.filter { $0.imports.contains(module) }.map(\.name)
      #expect(Set(users) == owners, "\(module)")
    }
  }

  @Test func `rooms that must not know each other do not`() {
    for group in HouseMap.strangers {
      for room in HouseMap.rooms where group.contains(room.name) {
        #expect(room.imports.isDisjoint(with: group.subtracting([room.name])), "\(room.name)")
      }
    }
  }

  @Test func `arrows point down only`() {
    var above: Set<String> = []
    for room in HouseMap.rooms.reversed() where !room.name.hasPrefix("C") || room.name == "Client" {
      above.insert(room.name)
      #expect(room.imports.isDisjoint(with: above), "\(room.name)")
    }
  }
}

@Suite struct SourceRuleTests {
  @Test(arguments: Forbidden.constructs)
  func `a forbidden construct stands only where there is a reason`(construct: Forbidden.Construct)
    throws
  {
    for file in try SourceFile.below("Sources")
    where !Forbidden.isPermitted(construct.name, in: file.path) {
      let code = Rules.collapsed(file.code.joined(separator: "\n"))
      #expect(
        !Rules.contains(code, construct.name),
        "\(file.path): \(construct.name) \(construct.why)")
    }
  }

  @Test func `a permit that is no longer used is withdrawn`() throws {
    for permit in Forbidden.permits
    where !permit.place.hasSuffix("/") && SourceFile.exists(permit.place) {
      let folder = permit.place.split(separator: "/").dropLast().joined(separator: "/")
      let file = try #require(try SourceFile.below(folder).first { $0.path == permit.place })
      let code = Rules.collapsed(file.code.joined(separator: "\n"))
      #expect(Rules.contains(code, permit.construct), "\(permit.place): \(permit.construct)")
    }
    #expect(Forbidden.permits.allSatisfy { !$0.reason.isEmpty })
  }

  @Test func `no file but written data is longer than 600 lines`() throws {
    for file in try SourceFile.below("Sources", extensions: ["swift", "c", "h"])
      + SourceFile.below("Tests")
    where file.lines.first?.hasPrefix("// Data, written by ") != true {
      #expect(file.lines.count <= 601, "\(file.path) has \(file.lines.count - 1) lines")
    }
  }

  @Test(arguments: HouseMap.rooms)
  func `no two files of a module have the same name`(room: Room) throws {
    var seen: [String: String] = [:]
    for file in try SourceFile.below(room.folder) {
      let name = file.name.lowercased()
      #expect(seen[name] == nil, "\(file.path) and \(seen[name] ?? "")")
      seen[name] = file.path
    }
  }

  @Test func `no type bears a module's name`() throws {
    let modules = Set(HouseMap.rooms.map(\.name))
    for room in HouseMap.rooms {
      for file in try SourceFile.below(room.folder) {
        for (number, line) in file.code.enumerated() {
          guard let name = line.firstMatch(of: Rules.typeLine)?.1 else { continue }
          #expect(String(name) != room.name, "\(file.path):\(number + 1) \(name)")
          #expect(
            !modules.contains(String(name)) || line.hasPrefix(" "),
            "\(file.path):\(number + 1) \(name)")
        }
      }
    }
  }

  @Test(arguments: HouseMap.rooms)
  func `what one room offers another is documented`(room: Room) throws {
    let files = try SourceFile.below(room.folder)
    let asked = files.reduce(into: Set<String>()) { $0.formUnion(Rules.requirements($1)) }
    for file in files {
      for number in Rules.undocumented(file, requirements: asked) {
        Issue.record("\(file.path):\(number + 1) has no ///: \(file.lines[number])")
      }
    }
  }

  @Test func `nothing is left to be done later`() throws {
    for file in try SourceFile.below("Sources", extensions: ["swift", "c", "h"]) {
      for (number, line) in file.lines.enumerated() {
        #expect(
          line.firstMatch(of: #/\b(TODO|FIXME|XXX|HACK)\b/#) == nil, "\(file.path):\(number + 1)")
      }
    }
  }

  @Test func `nothing is public, as nobody outside the package builds on it`() throws {
    for file in try SourceFile.below("Sources") {
      for (number, line) in file.code.enumerated() {
        #expect(
          line.firstMatch(of: #/^\s*(?:@\S+\s+)*(public|open)\s/#) == nil,
          "\(file.path):\(number + 1)")
      }
    }
  }
}

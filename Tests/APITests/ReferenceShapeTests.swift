import Gateway
import Providers
import Testing
import Units

@testable import API

/// What the reference tells of bodies, beside what reads them.
@Suite struct ReferenceShapeTests {
    /// A value that a shape tells to be good.
    private func sample(_ shape: Shape) -> JSON? {
        switch shape.kind {
        case .text:
            let words =
                shape.words + [
                    "16:9", "1K", "1024x1024", "auto", "png", "https://example.com/a.png", "words",
                ]
            return words.first { shape.accepts($0) }.map(JSON.string)
        case .integer: return .int(shape.least ?? 1)
        case .number: return .int(1)
        case .boolean: return .bool(true)
        case .named("Picture"): return .string(Shape.tinyPicture)
        case .either(let shapes): return shapes.first.flatMap(sample)
        default: return nil
        }
    }

    @Test func everyParameterObjectIsReadAsItIsTold() throws {
        for family in V2Family.all + [.general] {
            guard case .object(let members, isClosed: true) = family.shape.kind else {
                Issue.record("\(family.name) is no closed object")
                continue
            }
            #expect(members.map(\.name) == family.members.keys.sorted())
            for member in members {
                let value = try #require(sample(member.shape), "\(family.name).\(member.name)")
                let fields = try Fields(json: JSON.object([(member.name, value)]).bytes)
                #expect(throws: Never.self, "\(family.name).\(member.name)") {
                    _ = try V2Parameters(fields, of: family)
                }
                let wrong = try Fields(json: JSON.object([(member.name, .object([]))]).bytes)
                #expect(throws: Refusal.self, "\(family.name).\(member.name)") {
                    _ = try V2Parameters(wrong, of: family)
                }
            }
        }
    }

    @Test func everyRouteThatReadsAFormTellsOfIt() {
        let work = Reference.chapters.flatMap(Reference.entries).filter {
            $0.operation.refusals.contains(.moderated)
        }
        #expect(work.count >= 11)
        for entry in work {
            let types = entry.operation.bodies.map(\.type)
            #expect(types == ["application/json", "multipart/form-data"], "\(entry.route.name)")
        }
    }

    @Test func nothingOfAFormIsNull() throws {
        for entry in Reference.chapters.flatMap(Reference.entries) {
            for (type, shape) in entry.operation.bodies where type == "multipart/form-data" {
                for member in shape.members {
                    #expect(!member.shape.isNullable, "\(entry.route.name) \(member.name)")
                }
            }
        }
    }

    /// An example runs by itself: it uses no variable and no file that it does not make.
    @Test func everythingThatAnExampleSpeaksOfIsMadeInIt() throws {
        let examples =
            Reference.chapters.flatMap(Reference.entries).map(\.curl)
            + Guide.sections.flatMap(\.examples).map(ExampleNeed.completing)
        #expect(examples.count >= 72)
        for example in examples {
            for name in example.matches(of: try Regex("\\$([A-Z_]+)")).compactMap({
                $0.output[1].substring
            }) where name != "ATELIER_URL" && name != "ATELIER_KEY" {
                #expect(example.contains("\(name)=$("), "\(example)")
            }
            for name in example.matches(of: try Regex("@([a-z]+\\.[a-z]+)")).compactMap({
                $0.output[1].substring
            }) {
                #expect(example.contains("> \(name)"), "\(example)")
            }
        }
    }

    /// A page has each name once, or its links lead astray.
    @Test func everyLinkOfThePageLeadsToOnePlace() {
        let page = ReferencePage.html.text
        let names = page.split(separator: " id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(Set(names).count == names.count)
        for link in page.split(separator: "href=\"#").dropFirst() {
            #expect(names.contains(link.prefix { $0 != "\"" }))
        }
    }
}

extension Shape {
    fileprivate func accepts(_ text: String) -> Bool {
        guard words.isEmpty || words.contains(text) else { return false }
        // A pattern that cannot be read would be one that no client can.
        guard let pattern, let regex = try? Regex(pattern) else { return pattern == nil }
        return (try? regex.wholeMatch(in: text)) != nil
    }
}

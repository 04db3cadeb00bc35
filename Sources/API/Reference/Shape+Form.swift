import Units

/// The same requests as forms.
extension Shape {
    /// An object's members as fields of `multipart/form-data`.
    ///
    /// Pictures are files, lists are repeated fields, objects are JSON as a text, and what would be
    /// null is left out.
    var asForm: Shape {
        guard case .object(let members, let isClosed) = kind else {
            preconditionFailure("a form has fields")
        }
        // Of two names for files, of which one is needed, the first is told, and that it is needed in words:
        // clients in Go do not compile where files must be there.
        let files = alternatives.filter { name in
            members.contains { $0.name == name && $0.shape.mentioned.contains(Self.pictureName) }
        }
        let fields = members.filter { !files.dropFirst().contains($0.name) }.map { member in
            Member(name: member.name, shape: member.shape.asField, isRequired: member.isRequired)
        }
        var form = Shape(.object(fields, isClosed: isClosed), note)
        form.alternatives = files.isEmpty ? alternatives : []
        return form
    }

    private var asField: Shape {
        switch kind {
        case .named(Self.pictureName): return .bytes(note + Self.orText)
        case .either(let shapes) where mentioned.contains(Self.pictureName):
            guard let list = shapes.last, case .list = list.kind, list.most != 1 else {
                return .bytes(note + Self.orText)
            }
            return .list(of: .bytes(), note + Self.orText)
                .within(1...(list.most ?? Self.picturesMax))
        case .list(let item):
            guard case .either(let shapes) = item.kind, let first = shapes.first else { break }
            var list = Shape.list(of: first, note)
            (list.least, list.most) = (least, most)
            return list
        default: break
        }
        var field = self
        field.isNullable = false
        return field
    }

    private static let orText = " Files; texts with a URL or a data URL are taken too."
}

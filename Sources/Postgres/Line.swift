/// First in, first out, in one array: what is taken leaves a gap that is closed now and then.
struct Line<Element> {
    private var elements: [Element?] = []
    private var taken = 0

    var count: Int { elements.count - taken }
    var isEmpty: Bool { taken == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard taken < elements.count else { return nil }
        let element = elements[taken]
        elements[taken] = nil
        taken += 1
        if taken == elements.count {
            elements.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken > 256, taken * 2 > elements.count {
            elements.removeSubrange(..<taken)
            taken = 0
        }
        return element
    }

    /// Puts `element` before all others.
    mutating func prepend(_ element: Element) {
        if taken > 0 {
            taken -= 1
            elements[taken] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    /// Takes out the first element that `isSought`, wherever it stands.
    mutating func remove(where isSought: (Element) -> Bool) -> Element? {
        for index in taken..<elements.count {
            if let element = elements[index], isSought(element) {
                elements.remove(at: index)
                return element
            }
        }
        return nil
    }

    var first: Element? { isEmpty ? nil : elements[taken] }
}

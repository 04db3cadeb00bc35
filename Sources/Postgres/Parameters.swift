/// The values of a statement laid out as libpq wants them; its arrays are kept for the next one.
@safe struct Parameters {
    private var values: [UnsafePointer<CChar>?] = unsafe []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// Calls `body` with count, values, lengths and formats, valid during the call only.
    mutating func with<Result>(
        _ sql: SQL,
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        unsafe values.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        while formats.count < sql.binds.count { formats.append(1) }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) { nothing in
            unsafe sql.bytes.withUnsafeBytes { bytes in
                for bind in sql.binds {
                    lengths.append(Int32(clamping: bind.length ?? 0))
                    // A null pointer means null, so an empty value needs an address too.
                    let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(nothing.baseAddress)
                    let value = unsafe start.map { unsafe $0 + bind.start }
                    unsafe values.append(
                        bind.length == nil ? nil : value?.assumingMemoryBound(to: CChar.self))
                }
                return unsafe body(Int32(clamping: sql.binds.count), values, lengths, formats)
            }
        }
    }
}

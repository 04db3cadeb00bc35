import Log
import Pictures
import Storage
import Units

extension Engine {
    /// Refuses what would have to be kept while the store has no room for it: before anything is held.
    func checkRoom(for request: GenerationRequest) async throws(Refusal) {
        guard request.keeping == .kept, await !room.isOpen() else { return }
        log(.error, "the picture store has no room: nothing is bought")
        throw Self.storeFull
    }

    /// Keeps a picture, and has nothing more bought when that fails, until it works again.
    func put(_ picture: MadePicture, of order: Order) async throws -> StoredName {
        do {
            return try await store.patiently(
                until: order.deadline, clock,
                doing: {
                    try await store.put(
                        picture.bytes, extension: picture.format.fileExtension)
                })
        } catch let failure as StoreFailure {
            room.failed()
            log(
                .error, "picture not kept: nothing is bought until one can be",
                ["generation": order.generation, "error": "\(failure)"])
            throw Self.storeFull
        }
    }

    /// Trying again soon would not help, and after the fact would buy again: an operator makes room.
    static let storeFull = Refusal(
        .unavailable,
        "The server has no room to keep pictures at the moment. Nothing was charged. Try again in "
            + "some minutes.")
}

import Ledger
import Units

/// One admitted generation with all that is needed to carry it out, on whichever server.
struct Order: Sendable {
    let wallet: Wallet.Name
    let generation: ID<Generation>
    let model: String
    let provider: String
    let request: StoredRequest
    let price: Price
    let createdAt: Timestamp
    let deadline: Timestamp
    /// Which run of the generation this is: 0 inside its first request, then counted by claims.
    let run: Int32
    /// The provider's name for the work, when somebody has begun it.
    var task: String?

    var name: JobName { JobName(account: wallet.account, id: generation) }
    var runName: Runs.Name { Runs.Name(id: generation, run: run) }
    var assignment: Assignment { request.assignment }
}

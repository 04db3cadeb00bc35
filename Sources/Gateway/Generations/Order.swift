import Ledger
import Signing
import Threads
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
    /// Whose place with the provider it has, where that was taken before its account was known.
    var place: WorkShare.Owner?

    /// Among whom threads are shared out.
    var owner: WorkShare.Owner { WorkShare.Owner(wallet.account) }
    var name: JobName { JobName(account: wallet.account, id: generation) }
    var runName: Runs.Name { Runs.Name(id: generation, run: run) }
    var assignment: Assignment { request.assignment }
}

extension WorkShare.Owner {
    init(_ account: ID<Account>) { self.init(high: account.high, low: account.low) }

    /// A key, where its account is not known yet.
    init(_ key: KeyHash) {
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(high: number(key.bytes.prefix(8)), low: number(key.bytes.dropFirst(8).prefix(8)))
    }
}

extension GenerationRequest {
    /// The same, whose pictures are looked at in the turn of `key`.
    func owned(by key: KeyHash) -> GenerationRequest {
        var request = self
        request.owner = WorkShare.Owner(key)
        return request
    }
}

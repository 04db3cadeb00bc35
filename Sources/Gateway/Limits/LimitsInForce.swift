import Ledger
import Postgres
import Units

/// The limits that a batch is held against, and their meters, locked.
///
/// Only what has limits is looked for, in a round trip of its own: others pay nothing for it.
struct LimitsInForce {
    var limits: [ID<Key>: KeyLimits] = [:]
    var meters: [Meter] = []

    static func load(
        _ keys: [Key.Standing], _ ending: [OpenGeneration], _ settlements: [Settlement],
        at now: Timestamp?, in transaction: borrowing Transaction
    ) throws -> LimitsInForce {
        var names: Set<Meter.Name> = []
        let limited = keys.filter { $0.isLimited || $0.accountIsLimited }
        for key in limited {
            if key.isLimited {
                names.insert(.init(account: key.account, key: key.id, mode: key.mode))
            }
            if key.accountIsLimited {
                names.insert(.init(account: key.account, key: nil, mode: key.mode))
            }
        }
        if ending.contains(where: { ($0.metered?.meters ?? 0) != 0 }) {
            let wallets = Dictionary(
                settlements.map { ($0.generation, $0.wallet) },
                uniquingKeysWith: { first, _ in first })
            for row in ending {
                guard let metered = row.metered, let wallet = wallets[row.id] else { continue }
                names.formUnion(metered.names(in: wallet))
            }
        }
        guard !names.isEmpty else { return LimitsInForce() }
        let found = try limited.isEmpty ? nil : KeyLimits.find(limited, in: transaction)
        let meters = try Meter.lock(
            names, at: now ?? settlements[0].at, in: transaction)
        return LimitsInForce(
            limits: Dictionary(
                try found?.rows().map { ($0.key, $0.limits) } ?? [],
                uniquingKeysWith: { first, _ in first }),
            meters: meters)
    }
}

extension OpenGeneration.Metered {
    /// The meters that count a generation that `wallet` pays.
    func names(in wallet: Wallet.Name) -> [Meter.Name] {
        [(MeterBits.key, key as ID<Key>?), (MeterBits.account, nil)].compactMap { bit, key in
            meters & bit == 0
                ? nil : Meter.Name(account: wallet.account, key: key, mode: wallet.mode)
        }
    }
}

/// What ids are ids of. Each name is also the namespace of its verbs, in the target that owns its
/// table.

/// One customer; the isolation boundary.
public enum Account {}

/// An API key of an account.
public enum Key {}

/// One request for images, from its admission to its end.
public enum Generation {}

/// Up to 20 generations submitted together.
public enum Batch {}

/// A running process that holds a lease on what it runs.
public enum Server {}

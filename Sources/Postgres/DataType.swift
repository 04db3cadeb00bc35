/// A type of PostgreSQL's: its object identifiers, and the name it goes by in errors.
///
/// The numbers are fixed for built-in types. Source: PostgreSQL's `src/include/catalog/pg_type.dat`.
public struct DataType: Hashable, Sendable {
    /// The type's object identifier.
    public let oid: UInt32
    /// The identifier of an array of it; 0 when an array of it cannot be bound.
    public let arrayOID: UInt32
    /// As SQL spells it.
    public let name: String

    public init(oid: UInt32, arrayOID: UInt32, name: String) {
        self.oid = oid
        self.arrayOID = arrayOID
        self.name = name
    }

    /// The type of an array whose elements are of this type.
    ///
    /// There are arrays of one dimension only: an array of arrays is a bug.
    var array: DataType {
        precondition(arrayOID != 0, "an array of \(name) cannot be bound")
        return DataType(oid: arrayOID, arrayOID: 0, name: name + "[]")
    }

    public static let bool = DataType(oid: 16, arrayOID: 1000, name: "boolean")
    public static let bytea = DataType(oid: 17, arrayOID: 1001, name: "bytea")
    public static let int8 = DataType(oid: 20, arrayOID: 1016, name: "bigint")
    public static let int4 = DataType(oid: 23, arrayOID: 1007, name: "integer")
    public static let text = DataType(oid: 25, arrayOID: 1009, name: "text")
    public static let float8 = DataType(oid: 701, arrayOID: 1022, name: "double precision")
    public static let date = DataType(oid: 1082, arrayOID: 1182, name: "date")
    public static let timestamptz = DataType(oid: 1184, arrayOID: 1185, name: "timestamptz")
    public static let uuid = DataType(oid: 2950, arrayOID: 2951, name: "uuid")
    public static let jsonb = DataType(oid: 3802, arrayOID: 3807, name: "jsonb")
}

extension UInt32 {
    /// What a reader of an error knows this object identifier as.
    var typeName: String {
        Self.typeNames[self] ?? "the type with OID \(self)"
    }

    private static let typeNames: [UInt32: String] = {
        let known: [DataType] = [
            .bool, .bytea, .int8, .int4, .text, .float8, .date, .timestamptz, .uuid, .jsonb,
        ]
        var names: [UInt32: String] = [
            18: "\"char\"", 19: "name", 21: "smallint", 26: "oid", 114: "json", 700: "real",
            1042: "character", 1043: "varchar", 1114: "timestamp", 1186: "interval",
            1700: "numeric", 2278: "void",
        ]
        for type in known {
            names[type.oid] = type.name
            names[type.arrayOID] = type.array.name
        }
        return names
    }()
}

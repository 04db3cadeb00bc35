import Testing
import Units

@testable import Documents

@Suite struct TotalsTests {}

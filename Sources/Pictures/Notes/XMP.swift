/// What we write of XMP (ISO 16684-1): one property of the IPTC Photo Metadata Standard.
enum XMP {
    /// Of the IPTC NewsCodes: made by a model that was trained on what people made.
    private static let sourceType =
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

    /// A packet that says so.
    static let generated = Array(
        ("<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
            + "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
            + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
            + "<rdf:Description rdf:about=\"\" "
            + "xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" "
            + "Iptc4xmpExt:DigitalSourceType=\"\(sourceType)\"/>"
            + "</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>").utf8)
}

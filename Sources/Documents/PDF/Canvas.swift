import CPango

/// Pages of a PDF being drawn, through cairo and pango. Used by one thread, for one document.
///
/// It has a font map of its own, because pango's are not for several threads.
@safe final class Canvas {
    /// What a PDF says of itself. Without the date cairo would ask the clock.
    struct Facts {
        var title: String
        var author: String
        var subject: String
        /// ISO 8601 with a zone.
        var date: String
    }

    /// A4 in points.
    static let width = 595.276
    static let height = 841.89

    /// The first that is there and has the character; what none has is a box with its number.
    private static let fonts =
        "Noto Sans, DejaVu Sans, WenQuanYi Micro Hei, sans-serif"

    private final class Sink {
        var bytes: [UInt8] = []
    }

    private let sink = Sink()
    private let surface: OpaquePointer
    private let context: OpaquePointer
    private let layout: OpaquePointer

    init(_ facts: Facts) {
        unsafe surface = cairo_pdf_surface_create_for_stream(
            { unsafe Canvas.write($0, $1, $2) }, Unmanaged.passUnretained(sink).toOpaque(),
            Canvas.width, Canvas.height)
        for (key, value) in [
            (CAIRO_PDF_METADATA_TITLE, facts.title), (CAIRO_PDF_METADATA_AUTHOR, facts.author),
            (CAIRO_PDF_METADATA_SUBJECT, facts.subject), (CAIRO_PDF_METADATA_CREATOR, "Atelier"),
            (CAIRO_PDF_METADATA_CREATE_DATE, facts.date),
            (CAIRO_PDF_METADATA_MOD_DATE, facts.date),
        ] {
            unsafe cairo_pdf_surface_set_metadata(surface, key, value)
        }
        unsafe context = cairo_create(surface)
        let map = unsafe pango_cairo_font_map_new()
        // Points are units, and nothing is moved to the pixels of a screen.
        unsafe pango_cairo_font_map_set_resolution(Canvas.cast(map), 72)
        let text = unsafe pango_font_map_create_context(map)
        let options = unsafe cairo_font_options_create()
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe pango_cairo_context_set_font_options(text, options)
        unsafe cairo_font_options_destroy(options)
        unsafe pango_context_set_round_glyph_positions(text, 0)
        // Columns stay where they are, whatever script a name is written in.
        unsafe pango_context_set_base_dir(text, PANGO_DIRECTION_LTR)
        unsafe layout = pango_layout_new(text)
        unsafe pango_layout_set_auto_dir(layout, 0)
        unsafe pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        unsafe g_object_unref(UnsafeMutableRawPointer(text))
        unsafe g_object_unref(UnsafeMutableRawPointer(map))
    }

    deinit {
        unsafe g_object_unref(UnsafeMutableRawPointer(layout))
        unsafe cairo_destroy(context)
        unsafe cairo_surface_destroy(surface)
    }

    /// How wide and high `text` becomes.
    func size(of text: Text) -> (width: Double, height: Double) {
        lay(text)
        var width: Int32 = 0
        var height: Int32 = 0
        unsafe pango_layout_get_size(layout, &width, &height)
        return (Double(width) / Double(PANGO_SCALE), Double(height) / Double(PANGO_SCALE))
    }

    /// `text` broken to its width, a string a line.
    func lines(of text: Text) -> [String] {
        lay(text)
        let bytes = Array(text.string.utf8)
        let count = unsafe pango_layout_get_line_count(layout)
        return (0..<count).map { index in
            guard let line = unsafe pango_layout_get_line_readonly(layout, index) else { return "" }
            let start = unsafe Int(line.pointee.start_index)
            let count = unsafe Int(line.pointee.length)
            return String(decoding: bytes[start..<start + count], as: UTF8.self)
        }
    }

    func draw(_ mark: Mark) {
        switch mark {
        case .text(let text, let x, let y):
            let width = text.width == nil && text.side == .right ? size(of: text).width : 0
            lay(text)
            paint(text.ink)
            unsafe cairo_move_to(context, x - width, y)
            unsafe pango_cairo_show_layout(context, layout)
        case .box(let x, let y, let width, let height, let ink):
            paint(ink)
            unsafe cairo_rectangle(context, x, y, width, height)
            unsafe cairo_fill(context)
        case .stamp(let word):
            let text = Text(word, 120, bold: true, ink: .ghost)
            let size = size(of: text)
            unsafe cairo_save(context)
            unsafe cairo_translate(context, Canvas.width / 2, Canvas.height / 2)
            unsafe cairo_rotate(context, -0.9)
            draw(.text(text, x: -size.width / 2, y: -size.height / 2))
            unsafe cairo_restore(context)
        }
    }

    func endPage() {
        unsafe cairo_show_page(context)
    }

    /// Ends the document: its bytes. Nil when cairo could not make it, which is want of memory.
    func finish() -> [UInt8]? {
        unsafe cairo_surface_finish(surface)
        guard unsafe cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS,
            unsafe cairo_status(context) == CAIRO_STATUS_SUCCESS
        else { return nil }
        return sink.bytes
    }

    /// Makes the layout say `text`.
    private func lay(_ text: Text) {
        let font = unsafe pango_font_description_from_string(Canvas.fonts)
        unsafe pango_font_description_set_size(font, Int32(text.size * Double(PANGO_SCALE)))
        unsafe pango_font_description_set_weight(
            font, text.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        unsafe pango_layout_set_font_description(layout, font)
        unsafe pango_font_description_free(font)
        let attributes = unsafe pango_attr_list_new()
        // Figures of one width, so that columns of them can be read.
        unsafe pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"))
        if text.spacing != 0 {
            unsafe pango_attr_list_insert(
                attributes,
                pango_attr_letter_spacing_new(Int32(text.spacing * Double(PANGO_SCALE))))
        }
        unsafe pango_layout_set_attributes(layout, attributes)
        unsafe pango_attr_list_unref(attributes)
        unsafe pango_layout_set_width(
            layout, text.width.map { Int32($0 * Double(PANGO_SCALE)) } ?? -1)
        let side =
            switch text.side {
            case .left: PANGO_ALIGN_LEFT
            case .right: PANGO_ALIGN_RIGHT
            case .center: PANGO_ALIGN_CENTER
            }
        unsafe pango_layout_set_alignment(layout, side)
        unsafe pango_layout_set_text(layout, text.string, Int32(text.string.utf8.count))
    }

    private func paint(_ ink: Ink) {
        unsafe cairo_set_source_rgb(context, ink.red, ink.green, ink.blue)
    }

    private static func write(
        _ sink: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<UInt8>?, _ count: UInt32
    ) -> cairo_status_t {
        guard let sink = unsafe sink else { return CAIRO_STATUS_WRITE_ERROR }
        unsafe Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue().bytes.append(
            contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
        return CAIRO_STATUS_SUCCESS
    }

    /// C's way of seeing a font map as cairo's.
    private static func cast(_ map: UnsafeMutablePointer<PangoFontMap>?) -> OpaquePointer? {
        OpaquePointer(map)
    }
}

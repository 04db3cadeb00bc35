#!/bin/sh
# embed.sh OUTPUT [FILE…]: writes one Swift file that holds the text of each FILE, byte for byte.
#
# A multi-line literal needs three things done to keep every byte: a backslash and a quote are
# escaped (so no text can end the literal or start an interpolation), and a carriage return is
# written as \r (the compiler would turn CR LF in its source into LF). Text that is not UTF-8, or
# holds other control characters, is refused rather than changed.
set -eu
export LC_ALL=C

output=$1
shift
unfinished=$output.unfinished
cr=$(printf '\r')

refuse() {
    echo "error: $1" >&2
    exit 1
}

{
    echo '// Generated from migrations/*.sql at every build.'
    echo
    echo 'let embeddedMigrations: [EmbeddedMigration] = ['
    last=
    for file in "$@"; do
        base=${file##*/}
        case $base in
        [0-9][0-9][0-9][0-9]_[a-z0-9]*.sql) ;;
        *) refuse "$file: a migration is named 0042_what_it_does.sql" ;;
        esac
        name=${base#?????}
        name=${name%.sql}
        case $name in
        *[!a-z0-9_]*) refuse "$file: a migration is named 0042_what_it_does.sql" ;;
        esac
        digits=${base%%_*}
        [ "$digits" != "$last" ] || refuse "$file: there is already a migration $digits"
        last=$digits
        # Octal 011, 012 and 015 are tab, line feed and carriage return.
        odd=$(tr -d '\011\012\015\040-\176\200-\377' <"$file" | wc -c)
        [ "$odd" -eq 0 ] || refuse "$file: holds control characters"

        echo "    EmbeddedMigration("
        echo "        number: $(echo "$digits" | sed 's/^0*\(.\)/\1/'), name: \"$name\","
        echo '        sql: """'
        sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$cr/\\\\r/g" "$file"
        echo
        echo '"""),'
    done
    echo ']'
} >"$unfinished"
# Renamed when whole, so that an interrupted build cannot leave half a file that looks fresh.
mv "$unfinished" "$output"

#!/usr/bin/env bash
# The curl lines of ImageRouter's pages, with host and key swapped.
#
# usage: curl_lines.sh PORT KEY PYTHON FOLDER
#
# PORT serves http://pictures.example; PYTHON makes pictures by FOLDER/claims.py. Writes claims as
# that script does.
set -uo pipefail
port=$1 key=$2 python=$3 folder=$4
base=http://pictures.example

work=$(mktemp -d)
cd "$work" || exit 1
export CURL_HOME=$work PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$folder
# Names lead to where the server is; the lines stay as they are.
cat >.curlrc <<END
connect-to = "pictures.example:80:127.0.0.1:$port"
silent
show-error
max-time = 120
END

"$python" -u -m http.server 0 --bind 127.0.0.1 >pages.log 2>&1 &
pages=$!
# Not by TERM, which whoever started this may have blocked.
trap 'kill -KILL $pages; rm -rf "$work"' EXIT
for _ in {1..600}; do
    elsewhere=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\).*/\1/p' pages.log)
    [ "$elsewhere" = http://127.0.0.1: ] || break
    sleep 0.1
done

# claim TEXT SEEN WANTED: both are texts.
claim() {
    jq --null-input --compact-output --arg claim "$1" --arg seen "$2 | wanted: $3" \
        --argjson holds "$([ "$2" = "$3" ] && echo true || echo false)" \
        '{claim: $claim, holds: $holds, seen: $seen}'
}

# kind FILE: what its first bytes say.
kind() { "$python" -c 'import sys, claims; print(claims.kind(open(sys.argv[1], "rb").read()))' "$1"; }

"$python" -c 'from claims import png; open("m.png", "wb").write(png(512, 512, alpha=True))'

# Text to picture, downloaded in the same line. Its name is the last part of its URL.
curl "$base/v1/openai/images/generations" -H "Authorization: Bearer $key" --json '{
    "prompt": "a fox", "model": "test/test", "quality": "auto", "size": "512x512",
    "response_format": "url", "output_format": "webp"
}' | jq -r '.data[].url' | xargs -n1 curl -O
claim "jq, xargs and curl -O leave a picture" "$(echo ./*.webp | wc -w)" 1
mv ./*.webp a.webp
claim "which is a WebP" "$(kind a.webp)" webp
cp a.webp b.webp

curl "$base/v1/openai/images/generations" -H "Authorization: Bearer $key" \
    -H 'Content-Type: application/json' -d '{"prompt": "a fox", "model": "test/test"}' >made.json
claim "-d with a header does too" "$(jq -r '.data | length' made.json)" 1
claim "created in milliseconds" "$(jq '.created > 1700000000000' made.json)" true
claim "latency and cost are numbers" \
    "$(jq -r '[.latency, .cost] | map(type) | join(" ")' made.json)" "number number"

for path in generations edits; do
    # curl asks whether it may send a body that is large: Expect: 100-continue.
    curl "$base/v1/openai/images/$path" -H "Authorization: Bearer $key" \
        -F 'prompt=YOUR_PROMPT' -F 'model=test/test' -F 'quality=auto' -F 'size=auto' \
        -F 'response_format=url' -F 'output_format=webp' \
        -F 'image[]=@a.webp' -F 'image[]=@b.webp' -F 'mask[]=@m.png' >made.json
    claim "a form with pictures and a mask at $path" "$(jq '.data | length' made.json)" 1
    rm -f ./*.webp.got
    jq -r '.data[].url' made.json | xargs -n1 curl -o edited.webp.got
    claim "its picture at $path" "$(kind edited.webp.got)" webp
done
curl "$base/v1/openai/images/edits" -H "Authorization: Bearer $key" -H 'Expect: 100-continue' \
    -F 'prompt=a fox' -F 'model=test/test' -F 'size=64x64' -F 'image=@a.webp' -F 'mask=@m.png' >made.json
claim "a form with plain names" "$(jq '.data | length' made.json)" 1
for image in "$elsewhere/a.webp" "data:image/webp;base64,$(base64 -w0 a.webp)"; do
    curl "$base/v1/openai/images/edits" -H "Authorization: Bearer $key" \
        -F 'prompt=a fox' -F 'model=test/test' -F 'size=64x64' --form-string "image[]=$image" \
        >made.json
    claim "a form with ${image:0:10}…" "$(jq '.data | length' made.json)" 1
    jq --null-input --arg image "$image" --arg mask "$elsewhere/m.png" \
        '{prompt: "a fox", model: "test/test", size: "64x64", image: $image, mask: $mask}' >asked.json
    curl "$base/v1/openai/images/edits" -H "Authorization: Bearer $key" --json @asked.json \
        >made.json
    claim "JSON with ${image:0:10}…" "$(jq '.data | length' made.json)" 1
    jq '.image = [.image, .image]' asked.json |
        curl "$base/v1/openai/images/generations" -H "Authorization: Bearer $key" --json @- \
            >made.json
    claim "JSON with two of ${image:0:10}…" "$(jq '.data | length' made.json)" 1
done
claim "the addresses were really called" "$(grep -c 'GET /a.webp' pages.log)" 4

curl "$base/v1/openai/images/generations" -H "Authorization: Bearer $key" --json '{
    "prompt": "a fox", "model": "test/test", "response_format": "b64_ephemeral", "size": "64x64"
}' >made.json
jq -r '.data[0].b64_json' made.json | base64 -d >ephemeral
claim "b64_ephemeral is a picture" "$(kind ephemeral)" webp
claim "and no URL" "$(jq '.data[0].url' made.json)" null
kept=$(curl "$base/v1/generations?limit=1" -H "Authorization: Bearer $key" |
    jq -r '.generations[0].images | length')
claim "and nothing of it is kept" "$kept" 0
curl "$base/v1/openai/images/generations" -H "Authorization: Bearer $key" --json '{
    "prompt": "a fox", "model": "test/test", "response_format": "b64_json", "size": "64x64",
    "output_format": "png"
}' | jq -r '.data[].b64_json' | base64 --decode >picture.png
claim "b64_json through base64" "$(kind picture.png)" png

claim "all models" "$(curl "$base/v1/models" | jq -c 'keys_unsorted | index("test/test") != null')" true
models() { curl "$base/v1/models?$1" | jq -c "$2"; }
claim "models by type" "$(models 'type=image' '[.[].output | index("image")] | unique')" '[0]'
claim "no videos" "$(models 'type=video' length)" 0
claim "models by name" "$(models 'type=image&sort=date&name=paid&limit=1' 'keys_unsorted')" \
    '["test/paid"]'
claim "models in order" "$(models 'sort=name' 'keys_unsorted == (keys_unsorted | sort)')" true
claim "the cheapest first" "$(models 'sort=price&name=test/' 'keys_unsorted')" \
    '["test/test","test/paid"]'
claim "the newest first" \
    "$(models 'sort=date' '[.[].release_date] | . == (sort | reverse)')" true
claim "so many" "$(models 'limit=2' length)" 2
claim "a bad limit" "$(curl -w '%{http_code}' -o refused.json "$base/v1/models?limit=x")" 400
claim "free ones" "$(models 'free=true' '[.[].providers[0].pricing.value] | unique')" '[0]'

claim "popular models" \
    "$(curl -X POST "$base/operations/get-popular-models" | jq -c '[.json[].id] | index("test/test") != null')" \
    true
claim "credits" \
    "$(curl "$base/v1/credits" -H "Authorization: Bearer $key" | jq -r '.remaining_credits | type')" \
    string
claim "key check" \
    "$(curl -X POST "$base/v1/auth/test" -H "Authorization: Bearer $key" | jq -c '.success')" true
claim "a wrong key" \
    "$(curl -X POST "$base/v1/auth/test" -H "Authorization: Bearer x" | jq -r '.error.type')" \
    unauthorized

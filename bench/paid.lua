-- A paid call over HTTP: a small picture as base64 in the answer. Keys are taken in turn, one a line
-- of the file named by BENCH_KEYS; BENCH_FORMAT is b64_json (kept in the store) or b64_ephemeral.
local requests, turn = {}, 0

function init()
    local path = "/v1/openai/images/generations"
    local body = '{"model":"test/paid","prompt":"a red fox","size":"16x16","output_format":"jpeg",'
        .. '"response_format":"' .. os.getenv("BENCH_FORMAT") .. '"}'
    for key in io.lines(os.getenv("BENCH_KEYS")) do
        requests[#requests + 1] = wrk.format("POST", path, {
            ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json",
        }, body)
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end

-- One line for the script that runs this.
function done(summary, latency)
    local failed = summary.errors.status + summary.errors.connect + summary.errors.read
        + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d %d\n", summary.requests * 1000000 / summary.duration,
        latency:percentile(50), latency:percentile(99), failed))
end

-- A client that asks at a steady pace, each connection every BENCH_PAUSE milliseconds, with the keys of
-- BENCH_KEYS in turn: for a small picture, or with BENCH_PATH for what is there.
local requests, turn = {}, 0
local pause = tonumber(os.getenv("BENCH_PAUSE"))

function init()
    local path = os.getenv("BENCH_PATH")
    if path == "" then path = nil end
    local body = '{"model":"test/paid","prompt":"a red fox","size":"16x16","output_format":"jpeg",'
        .. '"response_format":"b64_ephemeral"}'
    for key in io.lines(os.getenv("BENCH_KEYS")) do
        local headers = {
            ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json",
        }
        requests[#requests + 1] = path and wrk.format("GET", path, headers)
            or wrk.format("POST", "/v1/openai/images/generations", headers, body)
    end
end

function delay()
    return pause
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end

-- One line for the script that runs this. Statuses of 400 and more are told as `refused`.
function done(summary, latency)
    local broken = summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests * 1000000 / summary.duration,
        latency:percentile(50), latency:percentile(99), summary.errors.status, broken))
end

-- wrk -s bench/wrk.lua URL -- PATHS TOKENS [BODIES]
--
-- Files of lines, "-" for none: each request takes a random path and body, and
-- the next token; with bodies it is a POST.  A token may have a blank and its
-- DPoP proof after it.  Prints one line that bench/run reads.

local function lines(name)
    local list = {}

    if name ~= "-" then
        for line in io.lines(name) do
            list[#list + 1] = line
        end
    end

    return list
end

local paths, tokens, bodies, ready
local turn = 0

function init(args)
    paths, tokens, bodies = lines(args[1]), lines(args[2]), lines(args[3])
    math.randomseed(os.time() + tonumber(tostring(wrk):match("0x%x+")))

    -- what never varies is composed once, as wrk does without a script
    if #paths == 1 and #tokens <= 1 and #bodies == 0 then
        ready = compose()
    end
end

local function any(list)
    return list[math.random(#list)]
end

function compose()
    local headers = {}

    for name, value in pairs(wrk.headers) do        -- of wrk -H
        headers[name] = value
    end

    if #tokens > 0 then
        turn = turn % #tokens + 1

        local token, proof = tokens[turn]:match("^(%S+) ?(%S*)$")

        headers["Authorization"] = (proof ~= "" and "DPoP " or "Bearer ")
                                   .. token
        headers["DPoP"] = proof ~= "" and proof or nil
    end

    if #bodies == 0 then
        return wrk.format("GET", any(paths), headers)
    end

    headers["Content-Type"] = "application/json"
    return wrk.format("POST", any(paths), headers, any(bodies))
end

function request()
    return ready or compose()
end

function done(summary, latency, requests)
    local e = summary.errors

    print(string.format("RESULT %d %d %d %d %d", summary.requests,
        summary.duration, summary.bytes, e.status,
        e.connect + e.read + e.write + e.timeout))
end

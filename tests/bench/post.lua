-- Each request is another person's. Arguments: the gate, and the name of the round.
local gate, name, count = "", "", 0

function init(args)
  gate, name = args[1], args[2]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  count = count + 1
  local body = string.format('{"gate":"%s","email":"%s-%d@bench.example","consent":true}', gate, name, count)
  return wrk.format(nil, nil, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"accepted":%d,"refused":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f}\n',
    summary.requests - errors.status, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end

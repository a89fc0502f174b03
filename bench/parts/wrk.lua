-- wrk ... -s wrk.lua URL -- FILE: sends the file's prepared requests one after the other (bodies.write_requests),
-- and prints one line of JSON at the end.
local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   local file = assert(io.open(args[1], "rb"))
   requests, at, not_ok, around = {}, 0, 0, 0
   while true do
      local length = file:read("*l")
      if not length then break end
      requests[#requests + 1] = file:read(tonumber(length))
   end
   file:close()
end

function request()
   at = at + 1
   if at > #requests then
      at, around = 1, around + 1
   end
   return requests[at]
end

function response(status)
   if status ~= 200 then not_ok = not_ok + 1 end
end

function done(summary, latency)
   local bad, around = 0, 0
   for _, thread in ipairs(threads) do
      bad, around = bad + thread:get("not_ok"), around + thread:get("around")
   end
   local errors = summary.errors
   io.write(string.format(
      '{"answers":%d,"seconds":%.4f,"bad":%d,"broken":%d,"around":%d,"p50_ms":%.2f,"p99_ms":%.2f}\n',
      summary.requests, summary.duration / 1e6, bad, errors.connect + errors.read + errors.write + errors.timeout,
      around, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end


-- What stands above was made of the table by which lenproto itself names each byte. What follows puts
-- it to the bytes that TCP brings.

local protocol = Proto(NAME, TITLE)
local fields = {}
for name, label in pairs(LABELS) do
  fields[name] = ProtoField.string(NAME .. "." .. name, label)
end
protocol.fields = fields

local stream_of, sequence_of = Field.new("tcp.stream"), Field.new("tcp.seq_raw")
local length_of = Field.new("tcp.len")
-- for each end of each connection: the number of its first byte, and the place behind which nobody knows what comes;
-- and how many bytes came before what is read with a packet
local first_byte, lost, places

function protocol.init()
  first_byte, lost, places = {}, {}, {}
end

-- Wireshark reads a packet as often as it likes, and only the first time with all that has come.
local function place_of(buffer, packet, key)
  if not packet.visited then
    local begins = sequence_of().value + length_of().value - buffer:len()
    first_byte[key] = first_byte[key] or begins
    places[packet.number] = begins - first_byte[key]
  end
  return places[packet.number]
end

-- The field that begins at a place, its bytes, and how many more follow that it counts.
local function next_field(place, bytes, key, sender)
  if lost[key] and place >= lost[key] then
    return "unknown", bytes:len(), 0
  end
  local name, size = table.unpack(place == 0 and FIRST[sender] or NEXT[sender])
  if not COUNTS[name] or bytes:len() < size then
    return name, size, 0
  end
  local digits = bytes(0, size):string()
  if digits:match("^%d+$") then
    return name, size, tonumber(digits)
  end
  lost[key] = place + size -- nothing tells any more where a field begins
  return name, size, 0
end

-- TCP cuts where it likes. So what is not whole is asked for again, together with the segment that follows.
function protocol.dissector(buffer, packet, tree)
  local sender = packet.dst_port == packet.match and "client" or "server"
  local key = sender .. stream_of().value
  local place = place_of(buffer, packet, key)
  local branch, said, start = tree:add(protocol, buffer()), {}, 0

  local function add(name, size)
    local bytes = buffer(start, size)
    local text = bytes:string(ENC_UTF_8)
    branch:add(fields[name], bytes, text)
    table.insert(said, LABELS[name] .. " " .. text)
    start = start + size
  end

  while start < buffer:len() do
    local name, size, more = next_field(place + start, buffer(start), key, sender)
    if start + size + more > buffer:len() then
      packet.desegment_offset, packet.desegment_len = start, DESEGMENT_ONE_MORE_SEGMENT
      break
    end
    add(name, size)
    if more > 0 then
      add(COUNTS[name], more)
    end
  end
  packet.cols.protocol = NAME
  if #said > 0 then
    packet.cols.info = table.concat(said, ", ")
  end
end

DissectorTable.get("tcp.port"):add(PORT, protocol)

#!lua name=units_DIGEST
-- Counts the units of limits for several processes. Each call is one step: it reads, checks, and then writes.
-- The plugin replaces DIGEST by the digest of this text, so that the libraries of two versions work side by side.
-- The rules are those of src/ledger/shared/unit-counter.ts and memory-units.ts; a test compares them call by call.
--
-- KEYS, all in one slot. Their names do not depend on data, so each call can name all of them:
--   1 scopes    hash  scope -> its state, packed: quotas, unanswered, served, cooldown, cooledAt, wanted, announcedAt, keep
--   2 leases    hash  id -> what an attempt holds, packed; `last` -> the last sequence
--   3 ends      zset  'l' + lease or 's' + scope -> when it ends, epoch ms
--   4 learned   hash  scope -> what was learned, as text
--   5 replicas  zset  process -> when it was last seen
-- A quota has kind, ms, perMs, held, used, uses, ends, stated, confirmed, at, seq, lone. `uses` of a sliding window is a string of
-- pairs of doubles, the end of a use and its units, in order of the ends: a use is decoded only when it is due.

local SCOPES, LEASES, ENDS, LEARNED, REPLICAS = 1, 2, 3, 4, 5
local SWEPT_PER_CALL = 32
local GRAIN = 256 -- an old use may expire late by this share of its window
local SAME_WINDOW_MS, MOST_LATE_MS = 2000, 60000 -- ends of one window, as responses round them and take their time
local TINY = 1e-6 -- sums of parts of units are not exact
local SLACK_MS = 3600000 -- a state is kept for longer than it must be, so that its end is written once an hour only
local LEARNED_MS = 35 * 86400000
local SEEN_MS = 5000
local ANNOUNCE_MS = 250

local function clock() local time = redis.call('TIME') return time[1] * 1000 + math.floor(time[2] / 1000) end

-- Redis cuts fractions off numbers in replies, and Lua writes 14 digits only.
local function text(number) return number and string.format('%.17g', number) or '' end

-- One limit -----------------------------------------------------------------------------------------------------------

-- Returns what is used, without what is held.
local function used(quota, now)
  if quota.kind == 'refilling' then
    quota.used, quota.at = math.max(0, quota.used - (now - quota.at) * quota.perMs), now
  elseif quota.kind == 'sliding' then
    local from = 1
    while from < #quota.uses do
      local till, units = struct.unpack('<dd', quota.uses, from)
      if till > now then break end
      quota.used, from = quota.used - units, from + 16
    end
    if from > 1 then quota.uses = quota.uses:sub(from) end
    if quota.uses == '' then quota.used = 0 end
  elseif now >= quota.ends then
    quota.used, quota.ends, quota.stated, quota.confirmed = 0, 0, false, false
  end
  return quota.used
end

-- Changes the window. What is used stays used, as far as the new window goes.
local function become(quota, kind, ms, limit, now)
  local before, was = used(quota, now), quota.kind
  quota.kind, quota.ms, quota.perMs = kind, ms, kind == 'refilling' and limit / ms or 0
  if was == kind then return end
  quota.used, quota.uses, quota.ends, quota.stated, quota.confirmed, quota.at = before, '', 0, false, false, now
  if kind == 'slots' then quota.used = 0 end
  if before > 0 and kind == 'fixed' then quota.ends = now + ms end
  if before > 0 and kind == 'sliding' then quota.uses = struct.pack('<dd', now + ms, before) end
end

local function quotaFor(scope, name, kind, ms, limit, now)
  if scope.quotas[name] then return scope.quotas[name] end
  local quota = { kind = 'new', held = 0, used = 0, uses = '', ends = 0, seq = 0 }
  become(quota, kind, ms, limit, now)
  return quota
end

-- Adds a use to a sliding window. One that would end before the last one ends with it.
local function add(quota, units, now)
  local grain = math.ceil(quota.ms / GRAIN)
  local till, before = math.ceil((now + quota.ms) / grain) * grain, 0
  quota.used = quota.used + units
  if quota.uses ~= '' then
    local last, ofLast = struct.unpack('<dd', quota.uses, #quota.uses - 15)
    if till <= last then till, before, quota.uses = last, ofLast, quota.uses:sub(1, -17) end
  end
  quota.uses = quota.uses .. struct.pack('<dd', till, before + units)
end

-- Counts units that an attempt used, unless a statement for a later one has.
local function use(quota, units, seq, now)
  if units <= 0 or quota.kind == 'slots' then return end
  used(quota, now)
  if quota.kind == 'sliding' then add(quota, units, now)
  elseif seq >= quota.seq then
    if quota.kind == 'fixed' and now >= quota.ends then quota.ends = now + quota.ms end
    quota.used = quota.used + units
  end
end

-- Returns when `units` may fit, nil if they never do.
local function retryAt(quota, units, limit, left, now)
  if units > limit + TINY or quota.kind == 'slots' then return nil end
  if quota.kind == 'fixed' then return quota.ends end
  if quota.kind == 'refilling' then return now + math.ceil((units - left) / quota.perMs) end
  for from = 1, #quota.uses, 16 do
    local till, back = struct.unpack('<dd', quota.uses, from)
    left = left + back
    if left + TINY >= units then return till end
  end
end

-- Returns a code if the units cannot be held now, what is left, and when they may fit if that does not depend on what is held.
local function shortage(quota, units, limit, kind, mostHeld, now)
  if not quota then
    if units > limit + TINY then return kind == 'slots' and 'concurrent' or 'quota', limit end
    return mostHeld >= 0 and units > mostHeld + TINY and 'waiting' or nil, limit
  end
  local left = limit - used(quota, now)
  local free = left - quota.held
  if units > free + TINY then
    local code = quota.kind == 'slots' and 'concurrent' or 'quota'
    return code, free, units > left + TINY and retryAt(quota, units, limit, left, now) or nil
  end
  if mostHeld >= 0 and not quota.confirmed and quota.held + units > mostHeld + TINY then return 'waiting', free end
end

-- A demand's window counts where nothing is used, and its end where none was stated.
local function adopt(quota, kind, ms, limit, endsAt, now)
  if used(quota, now) == 0 then become(quota, kind, ms, limit, now) end
  if quota.kind == 'fixed' and kind == 'fixed' and not quota.stated and endsAt > now then
    quota.ends, quota.stated = endsAt, true
  end
end

-- What a provider counts in a sliding window has the units of attempts in flight, which stay held here.
local function correct(quota, stated, alone, now)
  local missing = stated - quota.held - used(quota, now)
  if missing > 0 then add(quota, missing, now) end
  local surplus = alone and -missing or 0
  while surplus > TINY and quota.uses ~= '' do
    local till, units = struct.unpack('<dd', quota.uses)
    local back = math.min(units, surplus)
    local rest = units - back > TINY and units - back or 0
    quota.used, surplus = quota.used - units + rest, surplus - back
    quota.uses = (rest > 0 and struct.pack('<dd', till, rest) or '') .. quota.uses:sub(17)
  end
end

local function takeFixed(quota, stated, ms, limit, endsAt, latest, now)
  local inForce = quota.kind == 'fixed' and now < quota.ends
  local ends = endsAt >= 0 and endsAt or (inForce and quota.ends or now + ms)
  local late = math.min(MOST_LATE_MS, math.max(SAME_WINDOW_MS, ms / 2))
  local same = inForce and (not latest or (quota.stated and math.abs(ends - quota.ends) <= late))
  if not same then become(quota, 'fixed', ms, limit, now) end
  -- Within one window no units come back: a lower number is from a response that was overtaken on its way.
  quota.used = same and math.max(quota.used, stated) or stated
  if not same then quota.ends = ends elseif latest then quota.ends = math.min(quota.ends, ends) end
  if latest or not inForce then quota.stated, quota.confirmed = true, true end
  used(quota, now)
end

-- Takes over what a response states. One to an earlier attempt than the latest can only raise what is used.
local function take(quota, stated, limit, kind, ms, endsAt, seq, now)
  local latest = seq >= quota.seq
  if kind == 'slots' or (not latest and kind ~= quota.kind) then return end
  quota.seq = math.max(quota.seq, seq)
  if kind == 'fixed' then return takeFixed(quota, stated, ms, limit, endsAt, latest, now) end
  if latest then become(quota, kind, ms, limit, now) end
  -- The provider may have counted another attempt after this one, unless this one was alone.
  local alone = latest and quota.lone == seq
  if kind == 'sliding' then return correct(quota, stated, alone, now) end
  quota.used = alone and stated or math.max(used(quota, now), stated)
  quota.at = now
end

-- One call ------------------------------------------------------------------------------------------------------------

local function begin(keys, channel)
  return { keys = keys, channel = channel, now = clock(), scopes = {}, dirty = {}, kept = {}, room = {} }
end

local function stateIn(packed)
  return packed and cmsgpack.unpack(packed) or { quotas = {}, unanswered = 0, served = 0, cooledAt = 0, keep = 0 }
end

local function scopeOf(tx, name)
  if not tx.scopes[name] then tx.scopes[name] = stateIn(redis.call('HGET', tx.keys[SCOPES], name)) end
  return tx.scopes[name]
end

-- Reads the scopes of a request at once.
local function preload(tx, request)
  local names = {}
  for _, demanded in ipairs(request) do
    if not tx.scopes[demanded[1]] then names[#names + 1] = demanded[1] end
  end
  if #names == 0 then return end
  local found = redis.call('HMGET', tx.keys[SCOPES], unpack(names))
  for index, name in ipairs(names) do tx.scopes[name] = stateIn(found[index]) end
end

-- The scope is changed, and needed until then. What is stated for a time beyond all windows does not last so long.
local function touch(tx, name, scope, till)
  tx.dirty[name] = scope
  if till <= scope.keep then return end
  scope.keep = math.min(math.ceil(till), tx.now + LEARNED_MS) + SLACK_MS
  tx.kept[name] = scope.keep
end

-- The scope may have room. That is announced at once if a process was refused here since the last time, else now and then: a
-- message for each change would cost more than all the rest.
local function room(tx, name, scope)
  if scope.wanted or tx.now >= (scope.announcedAt or 0) + ANNOUNCE_MS then
    table.insert(tx.room, name)
    scope.announcedAt = tx.now
  end
  scope.wanted = nil
  touch(tx, name, scope, tx.now)
end

local function publish(tx, message) redis.call('PUBLISH', tx.channel, cjson.encode(message)) end

local function commit(tx)
  local states = {}
  for name, scope in pairs(tx.dirty) do
    states[#states + 1] = name
    states[#states + 1] = cmsgpack.pack(scope)
    -- Lua's stack is short.
    if #states == 200 then
      redis.call('HSET', tx.keys[SCOPES], unpack(states))
      states = {}
    end
  end
  if #states > 0 then redis.call('HSET', tx.keys[SCOPES], unpack(states)) end
  for name, till in pairs(tx.kept) do
    redis.call('ZADD', tx.keys[ENDS], till, 's' .. name)
    for key = SCOPES, LEARNED do
      redis.call('PEXPIRE', tx.keys[key], till - tx.now, 'NX')
      redis.call('PEXPIRE', tx.keys[key], till - tx.now, 'GT')
    end
  end
  if #tx.room > 0 then publish(tx, { room = tx.room }) end
end

local function leaseOf(tx, id)
  local packed = redis.call('HGET', tx.keys[LEASES], id)
  return packed and cmsgpack.unpack(packed)
end

-- Ends what the lease holds of a limit, and counts `units` of it as used. What it does not hold is not counted.
local function close(tx, lease, name, ofQuota, units)
  local held = lease.held[name] and lease.held[name][ofQuota]
  if not held then return end
  lease.held[name][ofQuota] = nil
  local scope = scopeOf(tx, name)
  local quota = scope.quotas[ofQuota]
  if not quota then return end
  quota.held = math.max(0, quota.held - held)
  use(quota, units, lease.seq, tx.now)
  touch(tx, name, scope, math.max(quota.ends, tx.now + quota.ms))
end

local function answer(tx, lease)
  if lease.answered then return end
  lease.answered = true
  for name in pairs(lease.held) do scopeOf(tx, name).unanswered = scopeOf(tx, name).unanswered - 1 end
end

-- The lease is over: what it still holds is free, or used if its process is gone.
local function over(tx, lease, isUsed)
  for name, quotas in pairs(lease.held) do
    for ofQuota, units in pairs(quotas) do close(tx, lease, name, ofQuota, isUsed and units or 0) end
    room(tx, name, scopeOf(tx, name))
  end
  answer(tx, lease)
end

-- Ends leases of processes that are gone, and forgets scopes that are not needed any more.
local function sweep(tx)
  local due = redis.call('ZRANGEBYSCORE', tx.keys[ENDS], '-inf', tx.now, 'LIMIT', 0, SWEPT_PER_CALL)
  for _, member in ipairs(due) do
    local name, isLease = member:sub(2), member:sub(1, 1) == 'l'
    local lease = isLease and leaseOf(tx, name)
    if lease then over(tx, lease, true) end
    redis.call('HDEL', tx.keys[isLease and LEASES or SCOPES], name)
    if not isLease then redis.call('HDEL', tx.keys[LEARNED], name) end
  end
  if #due > 0 then redis.call('ZREM', tx.keys[ENDS], unpack(due)) end
end

local function cooling(scope, now) return scope.cooldown and scope.cooldown['until'] > now and scope.cooldown or nil end

-- Returns why a request is refused; of several reasons, the one that lasts longest.
local function refusalOf(tx, request)
  local refusal, longest
  local function refuse(name, code, quota, left, retry)
    if refusal and (retry or 0) <= longest then return end
    refusal, longest = { name, code, quota or '', text(left), text(retry) }, retry or 0
  end
  preload(tx, request)
  for _, demanded in ipairs(request) do
    local name, mostUnanswered = demanded[1], demanded[2]
    local scope = scopeOf(tx, name)
    local cooldown = cooling(scope, tx.now)
    if cooldown then
      refuse(name, 'cooldown', nil, nil, cooldown['until'])
    else
      local wanted = mostUnanswered >= 0 and scope.unanswered + 1 > mostUnanswered + scope.served
      if wanted then refuse(name, 'waiting') end
      for _, demand in ipairs(demanded[3]) do
        local quota = scope.quotas[demand[1]]
        local code, left, retry = shortage(quota, demand[2], demand[3], demand[4], demand[7], tx.now)
        if code then refuse(name, code, demand[1], left, retry) end
        wanted = wanted or code
      end
      if wanted and not scope.wanted then
        scope.wanted = true
        touch(tx, name, scope, tx.now)
      end
    end
  end
  return refusal
end

local function grant(tx, id, leaseMs, request)
  local leases = tx.keys[LEASES]
  -- By the clock: a later lease has a larger number even if a failover loses the last ones.
  local seq = math.max((redis.call('HGET', leases, 'last') or 0) + 1, tx.now * 1000)
  local lease = { seq = seq, held = {} }
  for _, demanded in ipairs(request) do
    local name, _, demands = unpack(demanded)
    local scope, held = scopeOf(tx, name), {}
    scope.unanswered = scope.unanswered + 1
    for _, demand in ipairs(demands) do
      local ofQuota, units, limit, kind, ms, endsAt = unpack(demand)
      local quota = quotaFor(scope, ofQuota, kind, ms, limit, tx.now)
      scope.quotas[ofQuota] = quota
      adopt(quota, kind, ms, limit, endsAt, tx.now)
      quota.lone = quota.held <= TINY and seq or 0
      quota.held, held[ofQuota] = quota.held + units, units
    end
    lease.held[name] = held
    touch(tx, name, scope, tx.now + leaseMs)
  end
  redis.call('HSET', leases, 'last', text(seq), id, cmsgpack.pack(lease))
  redis.call('ZADD', tx.keys[ENDS], tx.now + leaseMs, 'l' .. id)
  return seq
end

local function knowledge(tx, name)
  local learned = redis.call('HGET', tx.keys[LEARNED], name) or nil
  return { scope = name, cooldown = cooling(scopeOf(tx, name), tx.now), learned = learned }
end

-- What can be called. The first argument is the channel of the events. ------------------------------------------------------

local calls = {}

-- lease, ms, then JSON for each request: [[scope, mostUnanswered, [[quota, units, limit, kind, ms, endsAt, mostHeld], ...]], ...]
-- with -1 for what is absent. Returns the sequence, and [scope, code, quota, left, retryAt] for each request that is refused.
function calls.hold(keys, args)
  local tx, refusals, seq = begin(keys, args[1]), {}, nil
  sweep(tx)
  for index = 4, #args do
    local request = cjson.decode(args[index])
    local refusal = refusalOf(tx, request)
    if not refusal then
      seq = grant(tx, args[2], tonumber(args[3]), request)
      break
    end
    table.insert(refusals, refusal)
  end
  commit(tx)
  return { text(seq), refusals }
end

-- lease, { answered, served, charges: [[scope, quota, used], ...], statements: [[scope, quota, used, limit, kind, ms, endsAt,
-- includesThis], ...], over }
function calls.report(keys, args)
  local tx, id = begin(keys, args[1]), args[2]
  local lease = leaseOf(tx, id)
  if not lease then return end
  local said = cjson.decode(args[3])
  for _, each in ipairs(said.statements) do
    local name, ofQuota, stated, limit, kind, ms, endsAt, includesThis = unpack(each)
    local scope = scopeOf(tx, name)
    local quota = quotaFor(scope, ofQuota, kind, ms, limit, tx.now)
    scope.quotas[ofQuota] = quota
    if includesThis then close(tx, lease, name, ofQuota, 0) end
    take(quota, stated, limit, kind, ms, endsAt, lease.seq, tx.now)
    touch(tx, name, scope, math.max(quota.ends, tx.now + quota.ms))
  end
  for _, each in ipairs(said.charges) do close(tx, lease, each[1], each[2], each[3]) end
  if said.answered then answer(tx, lease) end
  for name in pairs(lease.held) do
    local scope = scopeOf(tx, name)
    if said.served and lease.seq > scope.cooledAt then
      scope.served = scope.served + 1
      for _, quota in pairs(scope.quotas) do
        used(quota, tx.now)
        if quota.kind == 'fixed' and tx.now < quota.ends then quota.confirmed = true end
      end
    end
    room(tx, name, scope)
  end
  if said.over then
    over(tx, lease, false)
    redis.call('HDEL', keys[LEASES], id)
    redis.call('ZREM', keys[ENDS], 'l' .. id)
  else
    redis.call('HSET', keys[LEASES], id, cmsgpack.pack(lease))
  end
  commit(tx)
end

-- process, { scope, cooldown, learned }
function calls.share(keys, args)
  local tx, said = begin(keys, args[1]), cjson.decode(args[3])
  local scope = scopeOf(tx, said.scope)
  if said.cooldown then
    if not scope.cooldown or said.cooldown['until'] > scope.cooldown['until'] then scope.cooldown = said.cooldown end
    scope.cooledAt, scope.served = tonumber(redis.call('HGET', keys[LEASES], 'last') or 0), 0
  end
  if said.learned then
    redis.call('HSET', keys[LEARNED], said.scope, said.learned)
    redis.call('PEXPIRE', keys[LEARNED], LEARNED_MS + 2 * SLACK_MS)
  end
  touch(tx, said.scope, scope, tx.now + LEARNED_MS)
  commit(tx)
  publish(tx, { from = args[2], knowledge = knowledge(tx, said.scope) })
end

-- process, scope, the sequence of an attempt that was served; without it, what was learned is forgotten too
function calls.recover(keys, args)
  local tx, name, seq = begin(keys, args[1]), args[3], tonumber(args[4])
  local scope = scopeOf(tx, name)
  if seq and (not scope.cooldown or seq <= scope.cooledAt) then return end
  scope.cooldown, scope.wanted = nil, true
  if not seq then redis.call('HDEL', keys[LEARNED], name) end
  touch(tx, name, scope, tx.now)
  publish(tx, { from = args[2], knowledge = seq and knowledge(tx, name) or nil, reset = not seq and name or nil })
  room(tx, name, scope)
  commit(tx)
end

-- process, whether it leaves; returns how many processes there are
function calls.beat(keys, args)
  local now = clock()
  if args[3] then redis.call('ZREM', keys[REPLICAS], args[2]) else redis.call('ZADD', keys[REPLICAS], now, args[2]) end
  redis.call('ZREMRANGEBYSCORE', keys[REPLICAS], '-inf', now - SEEN_MS)
  redis.call('PEXPIRE', keys[REPLICAS], SEEN_MS)
  return redis.call('ZCARD', keys[REPLICAS])
end

-- scopes; returns [scope, quota, used, held, resetAt] for each limit of which something is used or held
function calls.counts(keys, args)
  local tx, found = begin(keys, args[1]), {}
  for index = 2, #args do
    local quotas, names = scopeOf(tx, args[index]).quotas, {}
    for name in pairs(quotas) do table.insert(names, name) end
    table.sort(names)
    for _, name in ipairs(names) do
      local quota, resetAt = quotas[name], nil
      local units = used(quota, tx.now)
      if units > 0 and quota.kind == 'sliding' then resetAt = struct.unpack('<d', quota.uses)
      elseif units > 0 then resetAt = quota.kind == 'fixed' and quota.ends or tx.now + math.ceil(units / quota.perMs) end
      if units > 0 or quota.held > 0 then
        table.insert(found, { args[index], name, text(units), text(quota.held), text(resetAt) })
      end
    end
  end
  return found
end

-- scopes; returns JSON for each of them
function calls.known(keys, args)
  local tx, found = begin(keys, args[1]), {}
  for index = 2, #args do table.insert(found, cjson.encode(knowledge(tx, args[index]))) end
  return found
end

-- Lua's own functions are not there while a library is loaded: no loops here.
redis.register_function('units_DIGEST_hold', calls.hold)
redis.register_function('units_DIGEST_report', calls.report)
redis.register_function('units_DIGEST_share', calls.share)
redis.register_function('units_DIGEST_recover', calls.recover)
redis.register_function('units_DIGEST_beat', calls.beat)
redis.register_function({ function_name = 'units_DIGEST_counts', callback = calls.counts, flags = { 'no-writes' } })
redis.register_function({ function_name = 'units_DIGEST_known', callback = calls.known, flags = { 'no-writes' } })

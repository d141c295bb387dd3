-- l4d2ctl install: the two steamcmd runs, their progress passed through, their complaints explained.
local loop = require "host.loop"
local proc = require "host.proc"
local signal = require "host.signal"
local steam_links = require "ctl.steam_links"
local steamcmd = require "domain.steamcmd"

local M = {
  name = "install", summary = "Install or update the dedicated server with steamcmd (about 10 GB)",
  args = {}, options = {},
}

local READ_BYTES = 65536
local LONGEST_LINE = 8192

-- Watches the lines of one run for what steamcmd is known to say.
local function listener()
  local heard = { rest = "" }
  local function line_of(line)
    heard.complaint = heard.complaint or steamcmd.complaint(line)
    if steamcmd.failed(line) then heard.failed = heard.failed or line end
    if steamcmd.succeeded(line) then heard.succeeded = true end
  end
  function heard.feed(chunk)
    local text, place = heard.rest .. chunk, 1
    -- steamcmd redraws some lines with a bare carriage return.
    local stop = text:find "[\r\n]"
    while stop do
      line_of(text:sub(place, stop - 1))
      place = stop + 1
      stop = text:find("[\r\n]", place)
    end
    heard.rest = text:sub(place):sub(-LONGEST_LINE)
  end
  function heard.finish()
    line_of(heard.rest)
  end
  return heard
end

local function drain(ctx, child, heard)
  local chunk, why = child:read("stdout", READ_BYTES)
  while chunk do
    ctx.out(chunk)
    heard.feed(chunk)
    chunk, why = child:read("stdout", READ_BYTES)
  end
  return why == "eof"
end

-- Until its end and that of its output. Whoever wants us to end asks it, and at the second time does not ask.
local function attend(ctx, child, heard, signals)
  local poll <close> = loop.new()
  poll:add(child:fd("stdout"), "r", "output")
  poll:add(child:pidfd(), "r", "end")
  if signals then poll:add(signals:fd(), "r", "signal") end
  local exit, silent, asked
  repeat
    poll:wait(-1)
    if signals and signals:read() then
      child:kill(asked and "KILL" or "TERM", { group = true })
      asked = true
    end
    if not silent and drain(ctx, child, heard) then
      silent = true
      poll:del(child:fd("stdout"))
    end
    if not exit then
      exit = child:wait()
      if exit then poll:del(child:pidfd()) end
    end
  until silent and exit
  return exit
end

local function has_terminal()
  local terminal <close> = io.open("/dev/tty", "r")
  return terminal ~= nil
end

local function run_pass(ctx, argv)
  -- steamcmd is left4me's to change, and the terminal may be root's: it could read what is typed there, and type.
  -- Without one it is in our own process group, so that who ends us by a job's cancel ends steamcmd too.
  local apart = has_terminal()
  local signals <close> = apart and signal.watch { "INT", "TERM", "HUP" } or nil
  local child <close>, err = proc.spawn {
    argv = argv, stdin = "null", stdout = "pipe", stderr = apart and "stdout" or "inherit", session = apart,
  }
  if not child then return nil, err end
  local heard = listener()
  local exit = attend(ctx, child, heard, signals)
  heard.finish()
  return exit, heard
end

-- The exit code of one pass, 0 only when steamcmd also said so.
local function judge(ctx, exit, heard)
  local bad = exit.kind == "signal" or exit.code ~= 0 or heard.failed or not heard.succeeded
  if not bad then return 0 end
  ctx.err(heard.complaint or heard.failed and "steamcmd said: " .. heard.failed
    or exit.kind == "signal" and "steamcmd was ended by signal " .. exit.signal
    or exit.code ~= 0 and ("steamcmd ended with code %d"):format(exit.code)
    or "steamcmd ended without saying that the game is complete. Run `l4d2ctl install` again.")
  if exit.kind == "exit" and exit.code ~= 0 then return exit.code end
  return 1
end

local function run_passes(ctx, program)
  for _, pass in ipairs(steamcmd.passes) do
    ctx.step(pass.step)
    local exit, heard = run_pass(ctx, steamcmd.argv(program, pass.platform, ctx.root .. "/installation"))
    if not exit then return nil, "cannot run steamcmd: " .. heard end
    local code = judge(ctx, exit, heard)
    if code ~= 0 then return code end
  end
  return 0
end

--- @param ctx table of boot.ctl
-- @return integer|nil exit code; string message
function M.run(ctx)
  local program, err = steam_links.program(ctx.steamcmd)
  if not program then return nil, err end
  local dir
  dir, err = ctx.make()
  if not dir then return nil, err end
  local ok
  ok, err = dir:mkdirs("installation", 493) -- 0755
  if not ok then return nil, err end
  local code
  code, err = run_passes(ctx, program)
  if code ~= 0 then return code, err end
  ctx.step("link Steam's client libraries")
  ok, err = steam_links.repair(program, ctx.home, ctx.err)
  if not ok then return nil, err end
  return 0
end

return M

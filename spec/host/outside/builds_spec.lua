-- Builds through the whole product in their units: the promises every backend makes.
local booted = require "spec.support.booted"
local shared_builds = require "spec.backends.shared_builds"

local function open() return booted.host():login(), "/var/lib/left4me" end

shared_builds(_ENV, "A build in its unit", open, function() end)

-- What jobs wait for, in English, following "waits for": the texts of domain.schedule.
require "domain.schedule"

return require("base.phrase").english "waits"

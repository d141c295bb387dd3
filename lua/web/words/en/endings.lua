-- Why a game does not run, in English: the texts of domain.endings.
require "domain.endings"

return require("base.phrase").english "endings"

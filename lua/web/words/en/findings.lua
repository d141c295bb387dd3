-- What `left4me check` finds, in English: the texts of domain.findings.
require "domain.findings"

return require("base.phrase").english "findings"

-- What services refuse, in English: the texts of the registries of base.errors.
return require("base.phrase").english "errors"

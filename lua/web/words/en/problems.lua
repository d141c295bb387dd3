-- What is wrong with a field, in English, following its name: the texts of the registries of base.phrase.
return require("base.phrase").english "problems"

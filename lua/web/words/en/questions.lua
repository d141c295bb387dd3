-- What is asked before something is lost, in English: the texts of web.questions.
require "web.questions"

return require("base.phrase").english "questions"

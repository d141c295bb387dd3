-- What environment files may say, and what is read from them.
local envfile = require "base.envfile"

describe("an environment file", function()
  it("gives a variable a line, without the blanks around name and value", function()
    assert.same({ A = "1", B_2 = "two words" }, envfile.parse "A=1\n  B_2 = two words \r\n")
  end)

  it("keeps the last of two values of one name", function()
    assert.same({ A = "2" }, envfile.parse "A=1\nA=2")
  end)

  it("takes quotes away, and a backslash within double ones only", function()
    assert.same({ A = [[say "hi"]], B = [[C:\dir]], C = "" }, envfile.parse 'A="say \\"hi\\""\nB=\'C:\\dir\'\nC=""\n')
  end)

  it("passes over comments, empty lines and what is no assignment", function()
    assert.same({ A = "x=y # z" }, envfile.parse "# B=1\n; C=2\n\nnonsense\n1D=4\nA=x=y # z")
  end)
end)

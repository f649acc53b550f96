# The strictest preset of tflint's own rules. Arguments are held against the provider's schema by a test.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# One file a concern, so that `ls` reads like a list of contents; a main.tf would hold whatever is left.
rule "terraform_standard_module_structure" {
  enabled = false
}

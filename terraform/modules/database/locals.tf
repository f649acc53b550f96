locals {
  grants = {
    for pair in setproduct(keys(var.accounts), ["roles/cloudsql.client", "roles/cloudsql.instanceUser"]) :
    "${pair[0]} ${pair[1]}" => { account = pair[0], role = pair[1] }
  }
}

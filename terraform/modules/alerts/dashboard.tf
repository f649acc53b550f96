# A chart for each alert, with its threshold drawn in.
resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "Tonemill: ${var.name}"
    labels      = { for key, value in var.labels : key => value }
    mosaicLayout = {
      columns = 12
      tiles = [
        for index, key in sort(keys(var.alerts)) : {
          xPos   = index % 3 * 4
          yPos   = floor(index / 3) * 4
          width  = 4
          height = 4
          widget = {
            title = var.alerts[key].display_name
            xyChart = {
              thresholds = [{ value = var.alerts[key].threshold }]
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = var.alerts[key].filter
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = var.alerts[key].aligner
                      crossSeriesReducer = var.alerts[key].reducer
                      groupByFields      = var.alerts[key].group_by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })


  depends_on = [google_logging_metric.this]
}

{{- /* Labels of what watches a release. */ -}}
{{- define "medley.monitoring.labels" -}}
app.kubernetes.io/name: medley
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: monitoring
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

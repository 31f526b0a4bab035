{{- /* (root, name of the container, args): one that opens the database and works on it. */ -}}
{{- define "medley.storeContainer" -}}
{{- $root := index . 0 -}}
- name: {{ index . 1 }}
  {{- include "medley.own" $root | nindent 2 }}
  args: {{ toJson (index . 2) }}
  env:
    {{- include "medley.storeEnv" $root | nindent 4 }}
    {{- include "medley.env" (merge (deepCopy $root.Values.trainer.env) (dict "LOG_LEVEL" $root.Values.logLevel)) | nindent 4 }}
  {{- include "medley.resources" $root.Values.trainer.resources | nindent 2 }}
  volumeMounts:
    - { name: tmp, mountPath: /tmp }
    - { name: plans, mountPath: /etc/medley/plans, readOnly: true }
{{- end -}}

{{- define "medley.storeVolumes" -}}
volumes:
  - name: tmp
    emptyDir: { sizeLimit: 256Mi }
  - name: plans
    configMap: { name: medley-plans, optional: true }
{{- end -}}

{{- /* The films of Webflix, then the first models: the second needs the first. */ -}}
{{- define "medley.firstData" -}}
backoffLimit: 10
activeDeadlineSeconds: 3600
template:
  metadata:
    {{- include "medley.podMetadata" (list . "trainer" dict) | nindent 4 }}
  spec:
    {{- include "medley.podSpec" (list . 1000) | nindent 4 }}
    automountServiceAccountToken: false
    restartPolicy: OnFailure
    terminationGracePeriodSeconds: 5
    {{- $steps := list }}
    {{- if .Values.webflix.demoData }}{{ $steps = append $steps (include "medley.storeContainer" (list . "demo-data" (list "cmd/medley" "import" "demo"))) }}{{ end }}
    {{- if .Values.trainer.atInstall }}{{ $steps = append $steps (include "medley.storeContainer" (list . "train" (list "cmd/medley" "train"))) }}{{ end }}
    {{- if gt (len $steps) 1 }}
    initContainers:
      {{- first $steps | nindent 6 }}
    {{- end }}
    containers:
      {{- last $steps | nindent 6 }}
    {{- include "medley.storeVolumes" . | nindent 4 }}
{{- end -}}

{{- /* What every pod of the release has: it fits the `restricted` pod security standard. */ -}}

{{- /* (root, component, pod template's own annotations) */ -}}
{{- define "medley.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $annotations := merge (dict) (index . 2 | default dict) $root.Values.podAnnotations -}}
labels:
  {{- include "medley.labels" (list $root (index . 1)) | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* (root, user id) */ -}}
{{- define "medley.podSpec" -}}
{{- $root := index . 0 -}}
{{- $user := index . 1 -}}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* (root, component, label key): pods of one role on different nodes and zones, as far as there are any. Zones are no second
       constraint: a node without that label would count for neither, so that nothing would be spread where there are no zones.
       Of a Deployment the key `pod-template-hash` tells the new pods of a rollout from those they replace, which would else push
       them together. */ -}}
{{- define "medley.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      {{- include "medley.spreadSelector" $ | nindent 6 }}
    {{- if gt (len $) 2 }}
    matchLabelKeys: [{{ index $ 2 }}]
    {{- end }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: topology.kubernetes.io/zone
          labelSelector:
            {{- include "medley.spreadSelector" $ | nindent 12 }}
{{- end -}}

{{- define "medley.spreadSelector" -}}
matchLabels:
  {{- if eq (index $ 1) "rabbitmq" }}
  {{- include "medley.brokerSelector" (index $ 0) | nindent 2 }}
  {{- else }}
  {{- include "medley.selector" $ | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "medley.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{- define "medley.resources" -}}
{{- $requests := dict -}}
{{- $limits := dict -}}
{{- range $name, $value := .requests }}{{ if $value }}{{ $_ := set $requests $name $value }}{{ end }}{{ end -}}
{{- range $name, $value := .limits }}{{ if $value }}{{ $_ := set $limits $name $value }}{{ end }}{{ end -}}
resources:
  requests: {{ toJson $requests }}
  limits: {{ toJson $limits }}
{{- end -}}

{{- /* The image of Medley. */ -}}
{{- define "medley.own" -}}
image: {{ include "medley.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "medley.containerSecurity" . }}
{{- end -}}

{{- /* Startup may take as long as the broker and the database; liveness asks neither. */ -}}
{{- define "medley.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: ops }
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 300
livenessProbe:
  httpGet: { path: /healthz, port: ops }
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: ops }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 3
{{- end -}}

{{- /* Variables of OpenTelemetry, as JSON; a role's own `env` wins. */ -}}
{{- define "medley.tracing" -}}
{{- $vars := dict -}}
{{- with .Values.tracing.endpoint -}}
{{- $ratio := divf (int $.Values.tracing.percent) 100 | toString -}}
{{- $vars = dict "OTEL_EXPORTER_OTLP_ENDPOINT" . "OTEL_TRACES_SAMPLER" "parentbased_traceidratio" "OTEL_TRACES_SAMPLER_ARG" $ratio -}}
{{- end -}}
{{- toJson $vars -}}
{{- end -}}

{{- /* Environment by name; whoever sets a variable twice means the later. */ -}}
{{- define "medley.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

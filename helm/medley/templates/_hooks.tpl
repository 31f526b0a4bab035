{{- /*
  (root, name, hooks, rules, command, seconds, environment): a Job that runs as a hook, with an account, a Role and a RoleBinding of its own that go
  with it. It may do what the rules say and nothing else.
*/ -}}
{{- define "medley.hookJob" -}}
{{- $root := index . 0 -}}
{{- $name := include "medley.name" (list $root (index . 1)) -}}
{{- $hooks := index . 2 -}}
{{- $labels := include "medley.labels" (list $root (index . 1)) -}}
{{- range $weight, $kind := list "ServiceAccount" "Role" "RoleBinding" }}
---
apiVersion: {{ ternary "v1" "rbac.authorization.k8s.io/v1" (eq $kind "ServiceAccount") }}
kind: {{ $kind }}
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- $labels | nindent 4 }}
  annotations:
    helm.sh/hook: {{ $hooks }}
    helm.sh/hook-weight: {{ sub $weight 20 | quote }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- if eq $kind "Role" }}
rules:
  {{- toYaml (index $ 3) | nindent 2 }}
{{- else if eq $kind "RoleBinding" }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }} }
subjects:
  - { kind: ServiceAccount, name: {{ $name }}, namespace: {{ $root.Release.Namespace }} }
{{- end }}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- $labels | nindent 4 }}
  annotations:
    helm.sh/hook: {{ $hooks }}
    helm.sh/hook-weight: "-10"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 5
  activeDeadlineSeconds: {{ index . 5 }}
  template:
    metadata:
      {{- include "medley.podMetadata" (list $root (index . 1) dict) | nindent 6 }}
    spec:
      {{- include "medley.podSpec" (list $root 1000) | nindent 6 }}
      serviceAccountName: {{ $name }}
      restartPolicy: OnFailure
      terminationGracePeriodSeconds: 5
      containers:
        - name: {{ index . 1 }}
          {{- include "medley.own" $root | nindent 10 }}
          args: {{ toJson (index . 4) }}
          {{- with index . 6 }}
          env:
            {{- . | nindent 12 }}
          {{- end }}
          resources:
            requests: { cpu: 50m, memory: 96Mi }
            limits: { memory: 256Mi }
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 16Mi }
{{- end -}}

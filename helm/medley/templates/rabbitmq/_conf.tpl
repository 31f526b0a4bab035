{{- /* What Medley wants of a broker of its own, whoever runs it. */ -}}
{{- define "medley.rabbitmqConf" -}}
# Queue depths are looked at every second; five, as is usual, is late for scaling.
collect_statistics_interval = 1000
# What only a minority of the nodes sees is no broker.
cluster_partition_handling = pause_minority
queue_leader_locator = balanced
# A node that falls silent is given up after six to ten seconds, not after a minute: then its queues move. A node that is
# itself held up for so long stops, waits for the others and begins anew, so less would make faults of mere pauses.
net_ticktime = 8
# A queue that was declared before all nodes ran gets the copies it lacks.
quorum_queue.continuous_membership_reconciliation.enabled = true
quorum_queue.continuous_membership_reconciliation.target_group_size = 3
quorum_queue.continuous_membership_reconciliation.interval = 60000
log.console.level = warning
{{- end -}}

{{- /* The same, as a variable of its container: rabbitmq.conf has no word for it. */ -}}
{{- define "medley.rabbitmqErlangArgs" -}}
# A node whose machine is gone answers no connection at all. Seven seconds, as is usual, pass at each attempt, and with
# them publishes to its queues and every look by the management API.
- name: RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS
  value: -kernel net_setuptime 0.5
{{- end -}}

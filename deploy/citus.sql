-- SPDX-License-Identifier: EUPL-1.2
-- Spreads the tables of one service over the nodes of a Citus cluster, by municipality: all that is of one municipality stays on one
-- node. After the first start of the service, while it is stopped:
--   psql "$(head -n 1 DIR/keys/postgres)" -v schema=nmd_costs -f deploy/citus.sql
SELECT create_distributed_table((:'schema' || '.tail')::regclass, 'municipality');
SELECT create_distributed_table((:'schema' || '.record')::regclass, 'municipality', colocate_with => :'schema' || '.tail');
SELECT create_distributed_table((:'schema' || '.blob')::regclass, 'municipality', colocate_with => :'schema' || '.tail');
SELECT create_distributed_table((:'schema' || '.checkpoint')::regclass, 'municipality', colocate_with => :'schema' || '.tail');

SELECT tables.name, 'index', lists.name
FROM sqlite_schema AS tables JOIN pragma_index_list(tables.name) AS lists
WHERE tables.type = 'table' AND lists."unique" AND lists.origin = 'c'
UNION ALL
SELECT tbl_name, 'trigger', name FROM sqlite_schema WHERE type = 'trigger'

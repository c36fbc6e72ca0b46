SELECT tables.name,
       iif(lists.origin = 'pk', 'PRIMARY KEY (', 'UNIQUE (')
           || group_concat(columns.name || iif(columns.coll = 'BINARY', '', ' ' || columns.coll),
                           ', ' ORDER BY columns.seqno)
           || ')'
FROM sqlite_schema AS tables
     JOIN pragma_index_list(tables.name) AS lists
     JOIN pragma_index_xinfo(lists.name) AS columns
WHERE tables.type = 'table' AND lists.origin <> 'c' AND columns.key
GROUP BY tables.name, lists.name

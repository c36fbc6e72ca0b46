SELECT tables.name, columns.name,
       columns.type || iif(columns."notnull", ' NOT NULL', '')
                    || iif(columns.pk, ' PRIMARY KEY ' || columns.pk, '')
FROM sqlite_schema AS tables JOIN pragma_table_xinfo(tables.name) AS columns
WHERE tables.type = 'table'

def count(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {table}")  # expect: python-sql-text-formatted
    statement = "DROP TABLE " + table
    cursor.execute(statement)  # expect: python-sql-text-formatted
    cursor.execute("SELECT * FROM {} LIMIT 1".format(table))  # expect: python-sql-text-formatted

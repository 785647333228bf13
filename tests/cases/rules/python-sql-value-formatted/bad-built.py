def find(cursor, names, name):
    query = "SELECT * FROM users WHERE age > 3"
    query += " AND name = '" + name + "' WHERE 1 = 1"  # what is added holds the value
    cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)  # expect: python-sql-value-formatted
    parts = []
    parts.append(f"SELECT id FROM users WHERE name = '{name}'")
    cursor.execute(" UNION ".join(parts))  # expect: python-sql-value-formatted
    return query, names

# GET by urllib.
import json, sys, urllib.error, urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=10) as response:
        print(json.dumps({"status": response.status, "body": response.read().decode()}))
except urllib.error.HTTPError as error:
    print(json.dumps({"status": error.code, "body": error.read().decode()}))

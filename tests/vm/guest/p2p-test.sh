. /rig/lib/check
iommutool groups -rno GROUP,DEVICE,DRIVER
time iommutool p2p-test 00:02.0 --target=00:03.0:2; echo "status $?"
time iommutool p2p-test -J 00:02.0 --target=00:03.0:2; echo "status $?"
for b in type1 iommufd; do
time iommutool p2p-test --backend=$b 00:02.0 00:04.0 00:05.0 00:06.0 --target=00:03.0:2 ; echo "status $?"
done
time iommutool p2p-test --disruptive --bench 00:04.0 00:05.0 00:02.0  --target=00:03.0:2 ; echo "status $?"
fail "look"
finish

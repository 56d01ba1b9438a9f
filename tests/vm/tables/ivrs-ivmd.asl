/*
 * An IVRS for QEMU's AMD-Vi unit with memory that firmware wants mapped 1:1 and a requester alias.
 * The kernel takes it in place of QEMU's own because OEM ID and OEM table ID are the same and the
 * revision is higher. The memory is set aside by memmap= on the machine's command line.
 * Device IDs are bus, device, function in 8, 5 and 3 bits; iasl writes them low byte first.
 */
[0004]                          Signature : "IVRS"
[0004]                       Table Length : 00000000
[0001]                           Revision : 02
[0001]                           Checksum : 00
[0006]                             Oem ID : "BOCHS "
[0008]                       Oem Table ID : "BXPC    "
[0004]                       Oem Revision : 00000002
[0004]                    Asl Compiler ID : "INTL"
[0004]              Asl Compiler Revision : 00000000
[0004]                Virtualization Info : 00002801
[0008]                           Reserved : 0000000000000000

/* The unit 00:01.0, as the first generation of tables describes it. */
[0001]                      Subtable Type : 10
[0001]                              Flags : D1
[0002]                             Length : 0044
[0002]                           DeviceId : 0008
[0002]                  Capability Offset : 0040
[0008]                       Base Address : 00000000FED80000
[0002]                  PCI Segment Group : 0000
[0002]                Virtualization Info : 0000
[0004]                  Feature Reporting : 00000044

/* All devices; then 00:03.0 to 00:05.0 as a range. */
[0001]                         Entry Type : 01
[0002]                          Device ID : 0000
[0001]                       Data Setting : 00
[0001]                         Entry Type : 03
[0002]                          Device ID : 0018
[0001]                       Data Setting : 00
[0001]                         Entry Type : 04
[0002]                          Device ID : 0028
[0001]                       Data Setting : 00
/* Requests of 00:06.0 carry the ID of 00:05.0. */
[0001]                         Entry Type : 42
[0002]                          Device ID : 0030
[0001]                       Data Setting : 00
[0001]                           Reserved : 00
[0002]              Source Used Device ID : 0028
[0001]                           Reserved : 00
/* 00:07.0 with extended settings. */
[0001]                         Entry Type : 46
[0002]                          Device ID : 0038
[0001]                       Data Setting : 40
[0004]                      Extended Data : 80000000
/* One select, a padding entry, and the IOAPIC. */
[0001]                         Entry Type : 02
[0002]                          Device ID : 0100
[0001]                       Data Setting : D7
[0001]                         Entry Type : 00
[0002]                          Device ID : 0000
[0001]                       Data Setting : 00
[0001]                         Entry Type : 48
[0002]                          Device ID : 0000
[0001]                       Data Setting : 00
[0001]                             Handle : 00
[0002]              Source Used Device ID : 00A0
[0001]                            Variety : 01

/*
 * The same unit as newer tables describe it, with an image of its feature register: Linux takes
 * this block and ignores the one above.
 */
[0001]                      Subtable Type : 11
[0001]                              Flags : D1
[0002]                             Length : 0044
[0002]                           DeviceId : 0008
[0002]                  Capability Offset : 0040
[0008]                       Base Address : 00000000FED80000
[0002]                  PCI Segment Group : 0000
[0002]                Virtualization Info : 0000
[0004]                         Attributes : 00000000
[0008]                          EFR Image : 00000000000029D3
[0008]                           Reserved : 0000000000000000

/* All devices but for 00:06.0, whose requests carry the ID of 00:05.0, and the IOAPIC. */
[0001]                         Entry Type : 01
[0002]                          Device ID : 0000
[0001]                       Data Setting : 00
[0001]                         Entry Type : 03
[0002]                          Device ID : 0018
[0001]                       Data Setting : 00
[0001]                         Entry Type : 04
[0002]                          Device ID : 0028
[0001]                       Data Setting : 00
[0001]                         Entry Type : 42
[0002]                          Device ID : 0030
[0001]                       Data Setting : 00
[0001]                           Reserved : 00
[0002]              Source Used Device ID : 0028
[0001]                           Reserved : 00
[0001]                         Entry Type : 48
[0002]                          Device ID : 0000
[0001]                       Data Setting : 00
[0001]                             Handle : 00
[0002]              Source Used Device ID : 00A0
[0001]                            Variety : 01

/* 1:1 for one device, 00:05.0: unity, read and write. */
[0001]                      Subtable Type : 21
[0001]                              Flags : 07
[0002]                             Length : 0020
[0002]                           DeviceId : 0028
[0002]                     Auxiliary Data : 0000
[0008]                           Reserved : 0000000000000000
[0008]                      Start Address : 000000003E000000
[0008]                      Memory Length : 0000000000010000

/* 1:1 for the range 01:00.0 to 01:1f.7: unity, read only. */
[0001]                      Subtable Type : 22
[0001]                              Flags : 03
[0002]                             Length : 0020
[0002]                           DeviceId : 0100
[0002]                     Auxiliary Data : 01FF
[0008]                           Reserved : 0000000000000000
[0008]                      Start Address : 000000003E020000
[0008]                      Memory Length : 0000000000001000

/* An exclusion range for 00:07.0, which Linux maps 1:1 as well. */
[0001]                      Subtable Type : 21
[0001]                              Flags : 08
[0002]                             Length : 0020
[0002]                           DeviceId : 0038
[0002]                     Auxiliary Data : 0000
[0008]                           Reserved : 0000000000000000
[0008]                      Start Address : 000000003E040000
[0008]                      Memory Length : 0000000000004000
